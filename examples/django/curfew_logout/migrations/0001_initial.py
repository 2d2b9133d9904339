import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('sessions', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='BoundSession',
            fields=[
                ('session', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='sessions.session')),
                ('sid', models.CharField(blank=True, db_index=True, max_length=255)),
                ('sub', models.CharField(db_index=True, max_length=255)),
            ],
        ),
        migrations.CreateModel(
            name='LogoutToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('jti_hash', models.CharField(max_length=64, unique=True)),
                ('sid', models.CharField(blank=True, db_index=True, max_length=255)),
                ('sub', models.CharField(blank=True, db_index=True, max_length=255)),
                ('issued_at', models.BigIntegerField()),
                ('expires_at', models.BigIntegerField(db_index=True)),
            ],
        ),
    ]
