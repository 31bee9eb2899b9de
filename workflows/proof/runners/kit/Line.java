import com.sun.jdi.connect.spi.Connection;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A JVM that called: its packets. Ours and not JDI's, which does not say who it is that called. */
final class Line extends Connection {
    private static final byte[] GREETING = "JDWP-Handshake".getBytes(StandardCharsets.US_ASCII);
    private static final int PATIENCE = 10_000;
    private static final int LONGEST = 32 << 20;
    /** What lets a JVM go on as if nobody listened: a command of no words, of the set 1 and called 6. */
    private static final byte[] DISMISSED = {0, 0, 0, 11, 0, 0, 0, 1, 0, 1, 6};

    private final Socket socket;
    private final DataInputStream told;
    private final Object writing = new Object();

    Line(Socket socket) throws IOException {
        this.socket = socket;
        told = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE);
        socket.getOutputStream().write(GREETING);
        byte[] said = new byte[GREETING.length];
        told.readFully(said);
        if (!Arrays.equals(said, GREETING)) {
            throw new IOException("none of a JVM");
        }
        socket.setSoTimeout(0);
    }

    /** A JVM that others started may tell nothing, and is not in their way: it would wait for us. */
    void dismiss() throws IOException {
        socket.setSoTimeout(PATIENCE);
        // Only when it says that it has begun does it wait; what is said before would be too early.
        readPacket();
        writePacket(DISMISSED);
        close();
    }

    @Override
    public byte[] readPacket() throws IOException {
        try {
            int size = told.readInt();
            if (size < 11 || size > LONGEST) {
                throw new IOException("none of a JVM");
            }
            byte[] packet = ByteBuffer.allocate(size).putInt(size).array();
            told.readFully(packet, 4, size - 4);
            return packet;
        } catch (EOFException over) {
            return new byte[0];
        }
    }

    @Override
    public void writePacket(byte[] packet) throws IOException {
        synchronized (writing) {
            socket.getOutputStream().write(packet);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    @Override
    public boolean isOpen() {
        return !socket.isClosed();
    }
}
