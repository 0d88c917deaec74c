package org.mcpproxy.upstream;

import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/**
 * Any one endpoint of the issuer, whose address is known only once discovery has loaded. Answers stay {@code Response}s:
 * an exception of the client would carry the address and the body into logs.
 */
public interface IssuerEndpoint extends AutoCloseable {

    /** Of a proof of possession (RFC 9449 4.1). */
    String PROOF = "DPoP";

    @GET
    Response get(
            @HeaderParam(HttpHeaders.ACCEPT) String accept,
            @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
            @HeaderParam(PROOF) String proof);

    @POST
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    Response post(
            @HeaderParam(HttpHeaders.ACCEPT) String accept,
            @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
            @HeaderParam(PROOF) String proof,
            String form);

    @Override
    void close();
}
