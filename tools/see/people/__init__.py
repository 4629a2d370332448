"""The people in an image: age and sex by appearance, posture, and facial expressions."""
