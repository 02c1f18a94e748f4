/**
 * The page that shows a run: curves, pictures, figures and settings in one HTML file without links.
 *
 * <p>It is made of what the run folder holds and nothing else, so that it can be made again at any
 * time; {@code report.mustache} says how it looks.
 */
package org.flsl.examples.report;
