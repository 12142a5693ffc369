"""What a fan may do next, learnt from the shop's own history and held against a plain baseline.

Pure: arrays in, probabilities and their judgement out. Needs the extra `prediction` (scikit-learn, implicit), so
nothing of the platform imports this but the job that predicts.
"""
