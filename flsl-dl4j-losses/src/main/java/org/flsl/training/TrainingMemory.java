package org.flsl.training;

/**
 * How much memory the numbers of a training take.
 *
 * <p>Around them come the JVM, the native libraries, and the images that are being prepared.
 *
 * @param weights bytes of parameters and their gradients, teacher and student, and of the updater's
 *     state
 * @param step bytes of what the layers put out, keep for the backward pass, and work in
 */
public record TrainingMemory(long weights, long step) {}
