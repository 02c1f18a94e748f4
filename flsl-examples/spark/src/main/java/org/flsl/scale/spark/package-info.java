/**
 * {@code flsl pretrain --spark}: the workers of a training are tasks of a Spark cluster, whose
 * states are averaged in rounds.
 */
package org.flsl.scale.spark;
