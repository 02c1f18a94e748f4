/** How good detected boxes and masks are: average precision as COCO and PASCAL VOC measure it. */
package org.flsl.evaluation.detection;
