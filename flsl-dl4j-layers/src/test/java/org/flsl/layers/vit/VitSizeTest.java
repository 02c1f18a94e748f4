package org.flsl.layers.vit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.flsl.layers.TokenGrid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VitSizeTest {
  @ParameterizedTest
  @EnumSource
  void aPatchNeedNotDivideTheUsualSizeOfImages(VitSize size) {
    VitConfig vit = size.shape(10, 100);
    assertEquals(10, vit.patch());
    assertEquals(TokenGrid.of(100, 100, 10), vit.baseGrid());
  }

  @Test
  void widthsAreThePapers() {
    assertEquals(192, VitSize.TINY.shape(16, 224).width());
    assertEquals(384, VitSize.SMALL.shape(16, 224).width());
    assertEquals(768, VitSize.BASE.shape(16, 224).width());
  }
}
