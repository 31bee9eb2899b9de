package org.example.stockroom;

public final class OutOfStock extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public OutOfStock(String article, int missing) {
        super(missing + " of " + article + " are missing");
    }
}
