package org.flsl.downstream.detection;

import org.flsl.evaluation.data.LabelledBox;

/**
 * An object that was found.
 *
 * @param box with its class
 * @param score from 0 to 1
 */
public record Detection(LabelledBox box, double score) {}
