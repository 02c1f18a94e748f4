/** The training loop: steps, epochs, progress and when the state is saved. */
package org.flsl.examples.loop;
