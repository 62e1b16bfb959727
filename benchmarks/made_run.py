"""Runs that are written, not evolved: as many individuals as wanted in seconds, or one that never ends.

python -m benchmarks.made_run DIR --individuals 10000
python -m benchmarks.made_run DIR --live          # 20 events and 80 words a second, until it is ended
"""

from __future__ import annotations

POPULATION = 50
PERSONAS = ("expert", "mad_scientist", "magoo", "engineer")
CATEGORIES = ("params", "complex", "reduce_params", "unusual")
OPERATORS = ("mutate", "mutate", "eot", "crossover", "repair")
EVENTS_A_SECOND, WORDS_A_SECOND = 20, 80
_ASKED = ("You are an expert.", "Change the segment Head.")
_SAID = (
    "Here is the network with a wider stem and one block less. ```python class Head ( nn . Module ) : def "
    "forward ( self , x ) : return self . fc ( x . mean ( ( 2 , 3 ) ) ) ```"
)
_ANSWER = _SAID.split()
