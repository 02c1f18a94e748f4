/**
 * FLSL pretraining in Arbiter's terms: a space of settings, candidates, and the task that trains
 * one.
 */
package org.flsl.arbiter;
