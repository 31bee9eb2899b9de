package org.example.stockroom;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import org.junit.Test;

public class StockTest {
    @Test
    public void whatIsNotThereIsNought() {
        assertEquals(0, new Stock().of("bolt"));
    }

    @Test
    public void takingLeavesTheRest() {
        Stock stock = new Stock().with("bolt", 12);
        stock.take("bolt", 5);
        assertEquals(7, stock.of("bolt"));
    }

    @Test
    public void noMoreThanThereIs() {
        OutOfStock thrown = assertThrows(OutOfStock.class, () -> new Stock().with("nut", 2).take("nut", 5));
        assertEquals("3 of nut are missing", thrown.getMessage());
    }

    @Test
    public void noNegativeCounts() {
        assertThrows(IllegalArgumentException.class, () -> new Stock().with("nut", -1));
    }
}
