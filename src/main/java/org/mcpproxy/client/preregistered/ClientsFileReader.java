package org.mcpproxy.client.preregistered;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.util.JSONUtils;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.minidev.json.JSONObject;
import org.mcpproxy.client.ClientMetadataRules;
import org.mcpproxy.client.PreregisteredClient;
import org.mcpproxy.config.ClientsFile;
import org.mcpproxy.config.Settings;
import org.mcpproxy.config.SettingsException;

/**
 * Reads the whole file: a JSON array of clients, or an object that has them as {@code clients}. What is wrong is gathered, so
 * that one message can name it all; none repeats a secret.
 */
final class ClientsFileReader {

    private static final String SETTING = "CLIENTS_FILE";
    private static final int MOST = 1_000;

    private final Settings settings;
    private final Instant now;
    private final ClientMetadataRules rules;
    private final Map<String, PreregisteredClient> clients = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    ClientsFileReader(Settings settings, Instant now) {
        this.settings = settings;
        this.now = now;
        this.rules = new ClientMetadataRules(settings);
    }

    /**
     * @return the clients by their ids
     * @throws SettingsException which names every problem
     */
    Map<String, PreregisteredClient> read(ClientsFile file) {
        List<?> entries = entries(file.text()).orElse(List.of());
        for (int i = 0; i < entries.size(); i++) {
            entry(i + 1, entries.get(i));
        }
        if (!problems.isEmpty()) {
            throw new SettingsException(problems.stream()
                    .map(problem -> SETTING + " (" + file.path() + "): " + problem)
                    .toList());
        }
        return Map.copyOf(clients);
    }

    private Optional<List<?>> entries(String text) {
        Optional<List<?>> entries = parsed(text)
                .map(json -> json instanceof JSONObject object ? object.get("clients") : json)
                .filter(List.class::isInstance)
                .map(list -> (List<?>) list);
        if (entries.isEmpty()) {
            problems.add("The file must be a JSON array of clients, or an object that has them as \"clients\".");
        } else if (entries.get().size() > MOST) {
            problems.add("There may be " + MOST + " clients.");
            return Optional.empty();
        }
        return entries;
    }

    private static Optional<Object> parsed(String text) {
        try {
            return Optional.ofNullable(JSONUtils.parseJSON(text));
        } catch (ParseException e) {
            // its message quotes the file
            return Optional.empty();
        }
    }

    private void entry(int number, Object entry) {
        if (!(entry instanceof JSONObject json)) {
            problems.add("Entry " + number + " must be a JSON object.");
            return;
        }
        Members members = new Members(json, "Entry " + number);
        Optional<PreregisteredClient> client = new ClientEntry(members, settings, rules, now).read();
        problems.addAll(members.problems());
        client.map(known -> clients.putIfAbsent(known.client().id(), known))
                .ifPresent(same -> problems.add(same.client().id() + ": this client_id stands there twice."));
    }
}
