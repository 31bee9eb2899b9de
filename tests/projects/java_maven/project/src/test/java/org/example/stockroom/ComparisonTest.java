package org.example.stockroom;

import static org.junit.Assert.assertEquals;

import java.util.List;
import org.junit.Test;

public class ComparisonTest {
    @Test
    public void whatStayedIsLeftOut() {
        Stock before = new Stock().with("bolt", 3).with("nut", 9);
        Stock after = new Stock().with("bolt", 3).with("nut", 7);
        assertEquals(List.of(new Change("nut", 9, 7)), Comparison.between(before, after));
    }

    @Test
    public void newAndGoneArticlesAreChanges() {
        List<Change> changes = Comparison.between(new Stock().with("old", 1), new Stock().with("young", 2));
        assertEquals("[old -1, young +2]", changes.toString());
    }

    @Test
    public void changesAreSaid() {
        assertEquals("bolt +3", new Change("bolt", 1, 4).toString());
        assertEquals("bolt -3", new Change("bolt", 4, 1).toString());
    }
}
