"""Who sets accounts up. Residents are known by their WeChat number alone, and see their own
reports."""

GRANT_SETTINGS = "wechat.settings"
