/** Benchmarks with a name, each of a folder of images only. */
package org.flsl.evaluation.measures;
