package org.example.stockroom;

/** One article whose count is another than before. */
public record Change(String article, int before, int after) {
    public int difference() {
        return after - before;
    }

    @Override
    public String toString() {
        return article + " " + (difference() > 0 ? "+" : "") + difference();
    }
}
