import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Compiles folders of Java and adds the classes to a jar that holds the libraries already. It is {@code javac} and
 * {@code jar} of the JDK, one after the other in one JVM: that saves the start of a second one. The same sources give
 * the same bytes, so nothing is pushed or restarted for a build that changed nothing.
 */
public final class FatJar {
    private FatJar() {}

    public static void main(String[] args) throws IOException {
        if (args.length < 4) {
            System.err.println("usage: fatjar LIBRARIES.jar OUTPUT.jar MAIN-CLASS FOLDER...");
            System.exit(2);
        }
        Path output = Path.of(args[1]).toAbsolutePath();
        Files.createDirectories(output.getParent());
        // A folder of its own for each run: several builds may run at once.
        Path work = Files.createTempDirectory(output.getParent(), ".building-");
        int code;
        try {
            code = build(Path.of(args[0]), work, args[2], List.of(args).subList(3, args.length));
            if (code == 0) Files.move(work.resolve("fat.jar"), output, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            delete(work);
        }
        System.exit(code);
    }

    private static int build(Path libraries, Path work, String mainClass, List<String> folders) throws IOException {
        Path classes = Files.createDirectory(work.resolve("classes"));
        List<String> javac = new ArrayList<>(List.of(
            "-proc:none", "-encoding", "UTF-8", "-Xlint:all", "-Werror",
            // Text put together without a call site that is linked at run time: the service starts sooner.
            "-XDstringConcat=inline",
            "-classpath", libraries.toString(), "-d", classes.toString()));
        for (String folder : folders) {
            for (Path file : files(Path.of(folder))) if (file.toString().endsWith(".java")) javac.add(file.toString());
        }
        int code = run("javac", javac);
        if (code != 0) return code;

        Path jar = Files.copy(libraries, work.resolve("fat.jar"));
        List<String> update = new ArrayList<>(List.of(
            "--update", "--file", jar.toString(), "--main-class", mainClass, "--no-compress", "--date", "2020-01-01T00:00:00Z"));
        for (Path file : files(classes)) update.addAll(List.of("-C", classes.toString(), classes.relativize(file).toString()));
        return run("jar", update);
    }

    private static int run(String tool, List<String> args) {
        return ToolProvider.findFirst(tool).orElseThrow().run(System.out, System.err, args.toArray(String[]::new));
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            // Deepest first.
            for (Path path : all.sorted((a, b) -> b.compareTo(a)).toList()) Files.delete(path);
        }
    }
}
