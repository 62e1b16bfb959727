"""A residual network of two stages, as small as it can be and still be worth evolving."""

import torch
import torch.nn as nn
import torch.nn.functional as F


# --OPTION--
def get_optimizer(model, lr, weight_decay=0.0, nesterov=True):
    return torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=weight_decay)


# --OPTION--
class Stage(nn.Module):
    """Half the size, then two convolutions beside a shortcut."""

    def __init__(self, cin, cout):
        super().__init__()
        self.shrink = nn.Conv2d(cin, cout, 2, stride=2)
        self.first = nn.Conv2d(cout, cout, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(cout)
        self.second = nn.Conv2d(cout, cout, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(cout)

    def forward(self, x):
        x = self.shrink(x)
        y = F.relu(self.norm1(self.first(x)))
        return F.relu(x + self.norm2(self.second(y)))


# --OPTION--
class Outlines(nn.Module):
    def __init__(self, classes, channels):
        super().__init__()
        self.stages = nn.Sequential(Stage(channels, 12), Stage(12, 24))
        self.classifier = nn.Linear(24, classes)

    def forward(self, x):
        return self.classifier(self.stages(x).mean(dim=(2, 3)))
