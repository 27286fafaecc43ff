"""GRU: gated recurrent unit, a state that gates keep or replace."""
