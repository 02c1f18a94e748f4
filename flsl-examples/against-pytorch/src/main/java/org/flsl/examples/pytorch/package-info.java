/**
 * Times the same work here and in PyTorch, each in processes of its own.
 *
 * <p>{@link org.flsl.examples.pytorch.Comparison} starts the processes and compares; {@link
 * org.flsl.examples.pytorch.Fork} is one of them.
 */
package org.flsl.examples.pytorch;
