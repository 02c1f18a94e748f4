/**
 * Video object segmentation without training: the mask of the first frame is carried along by the
 * likeness of tokens, and compared with the masks of the others as DAVIS does.
 */
package org.flsl.evaluation.video;
