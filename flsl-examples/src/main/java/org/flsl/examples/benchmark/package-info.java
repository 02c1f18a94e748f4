/** Measures a training step: {@code flsl benchmark}, and what other benchmarks need for it. */
package org.flsl.examples.benchmark;
