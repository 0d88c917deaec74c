-- One call of a tool, as a client of the older era sends it.
wrk.method = "POST"
wrk.body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":2,"b":3}}}'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Accept"] = "application/json, text/event-stream"
local token = os.getenv("ACCESS_TOKEN")
if token and token ~= "" then
  wrk.headers["Authorization"] = "Bearer " .. token
end
-- Which of the constant backend's answers: by a header that the proxy passes on.
local answer = os.getenv("ANSWER")
if answer and answer ~= "" then
  wrk.headers["Mcp-Param-Answer"] = answer
end
-- How long each connection rests after an answer, in milliseconds: about that, so that they do not come all at once.
local pause = tonumber(os.getenv("PAUSE") or "")
if pause then
  function delay()
    return math.random(math.floor(pause / 2), math.floor(pause * 3 / 2))
  end
end
