package org.flsl.examples.pretrain;

/** What one training step tells. */
record StepMetrics(
    Terms terms,
    double learningRate,
    double weightDecay,
    double momentum,
    double gradientNorm,
    double entropy,
    int usedCentroids,
    double featureSpread) {}
