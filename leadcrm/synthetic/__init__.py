"""Leads by the hundred thousand for measurements: sample leads that the product itself made, copied under new names."""
