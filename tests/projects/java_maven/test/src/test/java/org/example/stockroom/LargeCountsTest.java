package org.example.stockroom;

import static org.junit.Assert.assertEquals;

import java.util.List;
import org.junit.Test;

public class LargeCountsTest {
    @Test
    public void whatStayedIsLeftOutHoweverManyThereAre() {
        Stock before = new Stock().with("bolt", 500).with("nut", 128);
        Stock after = new Stock().with("bolt", 500).with("nut", 129);
        assertEquals(List.of(new Change("nut", 128, 129)), Comparison.between(before, after));
    }
}
