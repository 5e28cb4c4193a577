"""What people learn: the course day by day, quizzes that stick, exams that count."""
