"""What becomes public: releases, publishing as a job, readers' reports."""
