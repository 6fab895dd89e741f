"""Pure decisions of appraisal: schemes, points, states."""
