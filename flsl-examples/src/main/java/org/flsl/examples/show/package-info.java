/** {@code flsl show}: pictures of what a run has learned. */
package org.flsl.examples.show;
