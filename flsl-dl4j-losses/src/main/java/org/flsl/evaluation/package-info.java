/**
 * What features know, in numbers: segmentation and classification by nearest neighbours, linear
 * probes and clusters, beside a network that learned nothing and beside raw pixels.
 */
package org.flsl.evaluation;
