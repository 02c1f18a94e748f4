/** {@code flsl predict}: what trained models say of images. */
package org.flsl.examples.predict;
