"""RMSNorm: bring the channels of each place to one size."""
