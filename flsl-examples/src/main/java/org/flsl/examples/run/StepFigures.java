package org.flsl.examples.run;

import java.util.Map;

/**
 * What a training step was like.
 *
 * @param terms the objective and its terms
 * @param figures what else is worth writing down, by the names of {@link MetricColumns}
 * @param isFinite whether the training may go on from here
 */
public record StepFigures(Terms terms, Map<String, ? extends Number> figures, boolean isFinite) {}
