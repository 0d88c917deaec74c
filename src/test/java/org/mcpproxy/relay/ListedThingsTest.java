package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

class ListedThingsTest {

    private static final ListedThings THINGS = new ListedThings((kind, name) -> !name.contains("secret"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[{\"name\":\"a\"},{\"name\":\"secret\"},{\"name\":\"b\"}] | [{\"name\":\"a\"},{\"name\":\"b\"}]",
                "[ {\"name\":\"secret\"} , {\"name\":\"a\", \"x\":1.50e+02} ] | [{\"name\":\"a\", \"x\":1.50e+02}]",
                "[{\"name\":\"secret\"}] | []",
                "[{\"name\":\"s\\u0065cret\"}] | []",
                "[{\"n\\u0061me\":\"secret\"}] | []",
                "[{\"title\":\"a\"},{\"name\":1},7,\"a\",[\"a\"],null,{\"name\":\"ä€😀\"}] | [{\"name\":\"ä€😀\"}]",
                "[{\"x\":{\"name\":\"secret\"},\"name\":\"a\"}] | [{\"x\":{\"name\":\"secret\"},\"name\":\"a\"}]",
            })
    void whatIsNotVisibleIsTakenOut(String tools, String left) {
        assertThat(THINGS.filtered(answer("\"tools\":" + tools + ",\"nextCursor\":\"c\"")))
                .isEqualTo(answer("\"tools\":" + left + ",\"nextCursor\":\"c\""));
    }

    @ParameterizedTest
    @CsvSource({"tools,name", "prompts,name", "resources,uri", "resourceTemplates,uriTemplate"})
    void everyKindOfListIsFiltered(String list, String naming) {
        assertThat(THINGS.filtered(answer("\"" + list + "\":[{\"" + naming + "\":\"secret\"}]")))
                .isEqualTo(answer("\"" + list + "\":[]"));
    }

    @Test
    void aLongListIsCutAtTheRightPlaces() {
        StringBuilder all = new StringBuilder();
        StringBuilder left = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            String kept = "{\"name\":\"tool ä" + i + "\",\"description\":\"\\n\\\"x\"}";
            all.append(i == 0 ? "" : ",")
                    .append(kept)
                    .append(",{\"name\":\"secret")
                    .append(i)
                    .append("\"}");
            left.append(i == 0 ? "" : ",").append(kept);
        }
        assertThat(THINGS.filtered(answer("\"tools\":[" + all + "]")).equals(answer("\"tools\":[" + left + "]")))
                .isTrue();
    }

    @Test
    void aListThatNothingIsTakenFromIsTheSameText() {
        String text = answer(" \"tools\" : [ {\"name\":\"a\" } ] ,\"_meta\":{}");
        assertThat(THINGS.filtered(text)).isSameAs(text);
    }

    /** Another user may see another list. */
    @Test
    void aListIsNotShared() {
        assertThat(THINGS.filtered(answer("\"cacheScope\":\"public\",\"tools\":[],\"ttlMs\":5")))
                .isEqualTo(answer("\"cacheScope\":\"private\",\"tools\":[],\"ttlMs\":5"));
        String noList = answer("\"cacheScope\":\"public\",\"contents\":[]");
        assertThat(THINGS.filtered(noList)).isSameAs(noList);
    }

    @Test
    void eachMessageOfABatchIsFiltered() {
        assertThat(THINGS.filtered("[" + answer("\"tools\":[{\"name\":\"secret\"}]") + "," + answer("\"a\":1") + "]"))
                .isEqualTo("[" + answer("\"tools\":[]") + "," + answer("\"a\":1") + "]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{}{}",
                "{} x",
                "\uFEFF{}",
                "{\"result\":{\"tools\":[]},\"result\":{\"tools\":[]}}",
                "{\"result\":{\"tools\":[],\"tools\":[]}}",
                "{\"result\":{\"tools\":[{\"name\":\"a\",\"name\":\"secret\"}]}}",
                "{'result':{}}",
                "// a\n{}",
                "{\"result\":NaN}"
            })
    void whatCouldBeReadInTwoWaysIsRefused(String text) {
        assertRefused(text);
    }

    @Test
    void whatIsNestedTooDeepIsRefused() {
        assertRefused("{\"x\":" + "[".repeat(300) + "]".repeat(300) + "}");
    }

    private static void assertRefused(String text) {
        assertThatThrownBy(() -> THINGS.filtered(text))
                .isInstanceOfSatisfying(
                        Rejection.class, e -> assertThat(e.reason()).isEqualTo(Reason.POLICY_CANNOT_READ));
    }

    private static String answer(String result) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{" + result + "}}";
    }
}
