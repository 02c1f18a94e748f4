/** {@code flsl train}: a backbone learns a task with labels. */
package org.flsl.examples.train;
