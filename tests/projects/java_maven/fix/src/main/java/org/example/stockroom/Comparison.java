package org.example.stockroom;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Two counts, side by side. */
public final class Comparison {
    private Comparison() {}

    /** What changed, by the name of the article; what stayed the same is left out. */
    public static List<Change> between(Stock earlier, Stock later) {
        Map<String, Integer> before = earlier.counts();
        Map<String, Integer> after = later.counts();
        TreeSet<String> articles = new TreeSet<>(before.keySet());
        articles.addAll(after.keySet());
        List<Change> changes = new ArrayList<>();
        for (String article : articles) {
            Integer was = before.getOrDefault(article, 0);
            Integer is = after.getOrDefault(article, 0);
            if (!was.equals(is)) {
                changes.add(new Change(article, was, is));
            }
        }
        return changes;
    }
}
