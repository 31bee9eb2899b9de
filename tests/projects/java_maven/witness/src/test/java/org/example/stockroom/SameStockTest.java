package org.example.stockroom;

import static org.junit.Assert.assertEquals;

import java.util.List;
import org.junit.Test;

public class SameStockTest {
    @Test
    public void nothingChangesBetweenEqualStocks() {
        for (int count : new int[] {0, 127, 128, 100_000}) {
            Stock one = new Stock().with("screw", count);
            Stock other = new Stock().with("screw", count);
            assertEquals(List.of(), Comparison.between(one, other));
        }
    }
}
