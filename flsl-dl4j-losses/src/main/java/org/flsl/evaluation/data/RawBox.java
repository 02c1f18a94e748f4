package org.flsl.evaluation.data;

/**
 * A box as a file of labels has it, unchecked.
 *
 * @param name of its class; null where it has none, or any
 * @param ignored whether it is not known what is in it, or does not count
 */
record RawBox(String name, double left, double top, double right, double bottom, boolean ignored) {}
