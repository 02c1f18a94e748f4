/**
 * {@code flsl pretrain --workers}: replicas of a training on one machine, one for each device, that
 * DL4J's ParallelWrapper averages.
 */
package org.flsl.scale.workers;
