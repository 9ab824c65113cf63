# Where the application is in compose.yaml.
backend default {
    .host = "inner";
    .port = "8081";
    .connect_timeout = 1s;
    .first_byte_timeout = 20s;
    .between_bytes_timeout = 5s;
}
