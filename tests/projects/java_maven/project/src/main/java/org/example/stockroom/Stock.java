package org.example.stockroom;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** How many there are of each article. */
public final class Stock {
    private final Map<String, Integer> counts = new TreeMap<>();

    public Stock with(String article, int count) {
        if (count < 0) {
            throw new IllegalArgumentException("there cannot be " + count + " of " + article);
        }
        counts.put(article, count);
        return this;
    }

    public int of(String article) {
        return counts.getOrDefault(article, 0);
    }

    public void take(String article, int count) {
        int left = of(article) - count;
        if (left < 0) {
            throw new OutOfStock(article, -left);
        }
        counts.put(article, left);
    }

    public Map<String, Integer> counts() {
        return Collections.unmodifiableMap(counts);
    }
}
