"""ExquisiteNetV2 for small colour images: 518,230 parameters at 10 classes and 3 channels.

Written from the published description of the architecture. The lines `# --OPTION--` part the segments
that evolution may rewrite; everything above the first one is protected.
"""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F


# --OPTION--
def get_optimizer(model, lr, weight_decay=0.0, nesterov=True):
    """SGD with momentum; only the weights of convolutions and linear layers decay."""
    norms = (nn.BatchNorm1d, nn.BatchNorm2d, nn.LayerNorm, nn.GroupNorm)
    norm_weights = {id(m.weight) for m in model.modules() if isinstance(m, norms)}
    decayed, scales, biases = [], [], []
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            biases.append(parameter)
        elif id(parameter) in norm_weights:
            scales.append(parameter)
        else:
            decayed.append(parameter)
    groups = [
        {"params": decayed, "weight_decay": weight_decay},
        {"params": scales, "weight_decay": 0.0},
        {"params": biases, "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    return torch.optim.SGD(groups, lr=lr, momentum=0.9, nesterov=nesterov)


# --OPTION--
class SE(nn.Module):
    """Squeeze and excitation: scale each channel by a gate computed from all channel means."""

    def __init__(self, cin, ratio):
        super().__init__()
        hidden = max(1, cin // ratio)
        self.squeeze = nn.Linear(cin, hidden, bias=False)
        self.excite = nn.Linear(hidden, cin, bias=False)

    def forward(self, x):
        gate = F.relu(self.squeeze(x.mean(dim=(2, 3))))
        gate = torch.sigmoid(self.excite(gate))
        return x * gate[:, :, None, None]


# --OPTION--
class SE_LN(nn.Module):
    """A channel gate without linear layers: the channel means, layer-normalised."""

    def __init__(self, cin):
        super().__init__()
        self.norm = nn.LayerNorm(cin)

    def forward(self, x):
        gate = torch.sigmoid(self.norm(x.mean(dim=(2, 3))))
        return x * gate[:, :, None, None]


# --OPTION--
# -- NOTE --
# SE(cin, ratio) and SE_LN(cin) are defined elsewhere in this file; do not define them again.
# -- NOTE --
class DFSEBV2(nn.Module):
    """Feature block: two depthwise-separable halves, the block's input added after each; keeps the shape."""

    def __init__(self, cin, kernel_size, is_LN):
        super().__init__()
        self.pointwise1 = nn.Conv2d(cin, cin, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(cin)
        self.depthwise1 = nn.Conv2d(cin, cin, kernel_size, padding=kernel_size // 2, groups=cin)
        self.gate = SE_LN(cin) if is_LN else SE(cin, 3)
        self.pointwise2 = nn.Conv2d(cin, cin, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(cin)
        self.depthwise2 = nn.Conv2d(cin, cin, kernel_size, padding=kernel_size // 2, groups=cin)

    def forward(self, x):
        y = F.silu(self.norm1(self.pointwise1(x)))
        y = self.gate(self.depthwise1(y)) + x
        y = F.hardswish(self.norm2(self.pointwise2(y)))
        return self.depthwise2(y) + x


# --OPTION--
class FCT(nn.Module):
    """Stem: half the size, from the maximum, the minimum and a learned view of each neighbourhood."""

    def __init__(self, cin, cout):
        super().__init__()
        self.depthwise = nn.Conv2d(cin, cin, 4, stride=2, padding=1, groups=cin, bias=False)
        self.pointwise = nn.Conv2d(3 * cin, cout, 1, bias=False)
        self.norm = nn.BatchNorm2d(cout)

    def forward(self, x):
        highest = F.max_pool2d(x, 2, ceil_mode=True)
        lowest = -F.max_pool2d(-x, 2, ceil_mode=True)
        views = torch.cat([highest, lowest, self.depthwise(x)], dim=1)
        return self.norm(self.pointwise(views))


# --OPTION--
class EVE(nn.Module):
    """Half the size, from the maximum and the minimum of each neighbourhood."""

    def __init__(self, cin, cout):
        super().__init__()
        self.pointwise = nn.Conv2d(2 * cin, cout, 1, bias=False)
        self.norm = nn.BatchNorm2d(cout)

    def forward(self, x):
        highest = F.max_pool2d(x, 2, ceil_mode=True)
        lowest = -F.max_pool2d(-x, 2, ceil_mode=True)
        return self.norm(self.pointwise(torch.cat([highest, lowest], dim=1)))


# --OPTION--
class ME(nn.Module):
    """Half the size, from the maximum of each neighbourhood."""

    def __init__(self, cin, cout):
        super().__init__()
        self.pool = nn.MaxPool2d(2, ceil_mode=True)
        self.pointwise = nn.Conv2d(cin, cout, 1, bias=False)
        self.norm = nn.BatchNorm2d(cout)

    def forward(self, x):
        return self.norm(self.pointwise(self.pool(x)))


# --OPTION--
class DW(nn.Module):
    """A last look at each channel by itself; keeps the shape."""

    def __init__(self, cin, kernel_size):
        super().__init__()
        self.depthwise = nn.Conv2d(cin, cin, kernel_size, padding=kernel_size // 2, groups=cin)

    def forward(self, x):
        return F.hardswish(self.depthwise(x))


# --OPTION--
# -- NOTE --
# FCT, EVE, ME, DFSEBV2 and DW are defined elsewhere in this file; do not define them again.
# -- NOTE --
class ExquisiteNetV2(nn.Module):
    """Five stages, each halving the image, then a linear classifier over the channel means."""

    def __init__(self, class_num, img_channels):
        super().__init__()
        self.stem = FCT(img_channels, 12)
        self.block1 = DFSEBV2(12, 3, True)
        self.down2 = EVE(12, 48)
        self.block2 = DFSEBV2(48, 3, True)
        self.down3 = ME(48, 96)
        self.block3 = DFSEBV2(96, 3, True)
        self.down4 = ME(96, 192)
        self.block4 = DFSEBV2(192, 3, True)
        self.down5 = ME(192, 384)
        self.block5 = DFSEBV2(384, 3, True)
        self.last = DW(384, 3)
        self.dropout = nn.Dropout(0.5)
        self.classifier = nn.Linear(384, class_num)

    def forward(self, x):
        x = self.block1(self.stem(x))
        x = self.block2(self.down2(x))
        x = self.block3(self.down3(x))
        x = self.block4(self.down4(x))
        x = self.block5(self.down5(x))
        x = self.last(x).mean(dim=(2, 3))
        return self.classifier(self.dropout(x))
