package org.flsl.arbiter;

import java.nio.file.Path;
import org.flsl.examples.settings.Config;

/**
 * What there is to do for one candidate, wherever it is done.
 *
 * @param config of its training, before the budget
 * @param images to train on
 * @param rule gives it up on the way
 * @param begun what is known of it
 */
public record Trial(Config config, Path images, Budget budget, MedianRule rule, Outcome begun) {}
