/**
 * Hadoop's file systems (hdfs, s3a, ...) as file systems of Java, to read photos from and to keep
 * runs in: a {@code Path} is all that the rest of the project knows.
 */
package org.flsl.scale.hadoop;
