package org.mcpproxy.web;

import org.mcpproxy.page.Page;

/**
 * The page that a person sees where a request is refused.
 *
 * @param sentence what happened and what can be done
 * @param location where the application can be told, or null; only ever as a link
 * @param destination what the location leads to, for a person to judge
 * @param requestId leads to the line in the log
 */
public record ErrorPage(String sentence, String location, String destination, String requestId) {

    private static final Page PAGE = Page.named("error");

    ErrorPage(String sentence, String requestId) {
        this(sentence, null, null, requestId);
    }

    public String html() {
        return PAGE.render(this);
    }
}
