# Where the application is in compose.yaml.
backend default {
    .host = "web";
    .port = "8000";
    .connect_timeout = 1s;
    .first_byte_timeout = 20s;
    .between_bytes_timeout = 5s;
}
