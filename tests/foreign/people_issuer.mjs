// A real issuer of people (oidc-provider): whoever signs in is who they say, which will do here.
import Provider from "oidc-provider";

const [port, back] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{
    client_id: "pasarela",
    client_secret: "known to both",
    redirect_uris: [back],
    response_types: ["code"],
    grant_types: ["authorization_code"],
  }],
  pkce: { required: () => true },
  claims: { openid: ["sub", "office", "groups"], profile: ["name"] },
  conformIdTokenClaims: false,
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: "Ana López", office: id.split("@")[1], groups: ["migracion"] }),
  }),
});
provider.listen(port, "127.0.0.1", () => console.log("listening"));
