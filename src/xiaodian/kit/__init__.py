"""Pure helpers that know nothing of the platform: money, ids, clock, paging, masking."""
